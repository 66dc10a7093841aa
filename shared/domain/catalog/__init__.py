"""Games: their names, how programs and builds are recognised, and how games are changed.

reading     public views: lists of games by title, and the details of one game
editing     operators create and edit games
facts       names, store ids and executables of a game: parsed, compared, written
builds      builds of a game, and the marks that identify them on a disk
merging     merges one game into another
popularity  batch job: folds new players into the games' player counts
art         published art of games and tools
versioning  the catalog's version, which invalidates every instance's cache

imports/    imports lists of games, in our format or Discord's
search/     finds games by any words of their names
detection/  the lists by which clients recognise running games

Other packages import: art.from_column, art.Art, art.Kind, builds.create, builds.list_page,
builds.require_builds, builds.require_game, builds.Build, builds.NewBuild, editing.create,
editing.edit, editing.get, editing.EditableGame, editing.GameChanges, editing.NewGame,
merging.merge, popularity.fold, reading.get, reading.list_page, reading.translate, reading.Game,
reading.GameDetail, versioning.bump, versioning.current, versioning.lock.
"""
