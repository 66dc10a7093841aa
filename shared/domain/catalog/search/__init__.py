"""Search: finds games by any words of their names.

words    pure: the words and prefixes of a name, and how a query looks them up
index    writes the search index
finding  reads it: pages of results, popular games first

Other packages import: finding.identity, finding.list_page, finding.Place, index.update.
"""
