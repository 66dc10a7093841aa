"""Tools that creators publish: trainers, mods, widgets, config packs.

model            the parts of a tool: kinds, texts, options, versions and their order
own              a creator's own tools
versions         a creator's own versions, from draft to withdrawal
published        published tools and versions, for all readers
ranges           the rule for which versions fit a build
fits             the newest fitting version of each tool, for the games of a library
downloads        grants the download of an artifact
download_counts  counts downloads in batches

Other packages import: download_counts.record, download_counts.report,
download_counts.DownloadGranted, downloads.create, downloads.Download, downloads.NewDownload,
fits.newest, fits.Fitting, fits.FittingTool, model.Version, own.create, own.edit, own.get,
own.list_page, own.NewTool, own.OwnTool, own.ToolChanges, published.get, published.languages,
published.list_page, published.list_versions, published.parse_params, published.BuildId,
published.Tool, published.ToolDetail, published.ToolVersion, versions.create,
versions.create_upload, versions.edit, versions.get, versions.list_page, versions.publish,
versions.require_uploaded, versions.verify, versions.withdraw, versions.ArtifactUploaded,
versions.NewUpload, versions.NewVersion, versions.OwnVersion, versions.VersionChanges,
versions.Withdrawal.
"""
