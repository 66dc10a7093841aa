"""Tables, migrations, Firestore rules and indexes. Importing a module here opens no connection."""
