"""Games: what they are called, how they are recognised, and who changes them.

reading     games as everyone may read them: lists in the order of titles, all details of one
editing     games as operators create and edit them
facts       names, store ids and executables of a game: parsed, compared, written
builds      builds of a game, and the marks by which they are recognised on a disk
merging     two games become one
popularity  batch job: folds new players into the games' player counts
art         art of games and tools as it is shown
versioning  the catalog's version, by which every instance's cache expires

imports/    lists of games, ours and Discord's
search/     games by any words of their names
detection/  the list by which a client recognises running games

Other packages import: art.shown, art.Art, art.Kind, builds.check_range, builds.create,
builds.invalid, builds.list_page, builds.require_game, builds.Build, builds.NewBuild,
editing.create, editing.edit, editing.get, editing.EditableGame, editing.GameChanges,
editing.NewGame, merging.merge, popularity.fold, reading.get, reading.list_page,
reading.translate, reading.Game, reading.GameDetail, versioning.bump, versioning.current,
versioning.lock.
"""
