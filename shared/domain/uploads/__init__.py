"""Uploads: files that creators and operators PUT to the object store.

incoming   the common flow: creates an upload, checks for its file, discards it
artifacts  turns an upload into an immutable artifact, stored under its hash
art        art uploads of games and tools: created, completed, published or rejected
pictures   renders an image in the sizes of its kind; the only module that imports Pillow

Other packages import: art.complete, art.create, art.get, art.is_due, art.publish, art.reject,
art.require_uploaded, art.ArtStatus, art.ArtUpload, art.ArtUploaded, art.NewArtUpload, art.Slot,
art.StoredSize, art.UploadComplete, artifacts.key, artifacts.store, artifacts.Artifact,
artifacts.MAX_BYTES, incoming.create, incoming.discard, incoming.has_arrived, incoming.key,
incoming.Rejected, incoming.Upload, pictures.render, pictures.Rendition.
"""
