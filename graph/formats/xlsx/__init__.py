"""Excel workbooks, read and written.

A workbook with any visible sheet named as a table is read as tables, with the columns of the CSV files; the sheet
`course` takes the place of course.json. Any other workbook is read as a list of topics, one row a topic, as teachers
keep it (`graph.formats.xlsx.topics`). Export writes a sheet for each table.
"""
