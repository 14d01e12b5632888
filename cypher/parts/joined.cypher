// Names as one text, with commas between them.
// params: names LIST<STRING>
// returns: STRING
reduce(all_names = $names[0], next_name IN $names[1..] | all_names + ', ' + next_name)
