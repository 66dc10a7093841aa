"""Search: finds games by words in their names.

words    pure functions: the words and prefixes of a name, and how a query looks them up
index    writes the search index
finding  reads the search index and returns pages of results, popular games first

Other packages import: finding.identity, finding.list_page, finding.Place, index.update.
"""
