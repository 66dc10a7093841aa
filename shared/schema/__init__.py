"""Tables, migrations, Firestore rules and indexes. Importing a module opens no connection.

base                     column types, and `table`, which declares growth, end and personal data
catalog, detection       games, their names, builds and search; the lists for detecting games
downloads, tools         tools, versions, plans and download counts
library, play            installed games; intervals, playtime, stats, achievements
operations               outbox, inbox, projections, consumers, dead letters, audit
collections              Firestore collections with players' data
all_tables               every table, for migrations and checks
migrate, migrations      bring a database up to date
grants                   rights of database users
"""
