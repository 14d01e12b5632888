// A number of rows in words: "1 point changed", "2 points gone"; null where there are none.
// params: number INTEGER, table STRING, change STRING
// returns: STRING
CASE
  WHEN $number > 0 THEN toString($number) + ' ' + CASE
    WHEN $table = 'related' THEN 'related ' + CASE WHEN $number = 1 THEN 'pair' ELSE 'pairs' END
    WHEN $table = 'teaches' THEN 'link' + CASE WHEN $number = 1 THEN '' ELSE 's' END + ' to what is taught'
    WHEN $number = 1 THEN left($table, size($table) - 1)
    ELSE $table
  END + ' ' + $change
END
