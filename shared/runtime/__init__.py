"""The runtime shared by all functions, independent of the product's domain.

http/          the edge of HTTP functions      events/        the edge of triggers
sql            MySQL transactions and queries  documents      Firestore documents
messages       publishing to Pub/Sub           objects        an S3-compatible store
outbox         messages that follow a commit   inbox          events that take effect once
projections    documents that copy rows        idempotency    requests that take effect once
identity       bearer tokens and roles         accounts       custom claims of accounts
manifest       function.yaml, validated        own_manifest   a function's own, at start-up
settings       the environment, typed          pool           connections per process
metrics logs tracing   recording               telemetry otlp   exporting, over OTLP
errors responses       problem documents       revisions      optimistic concurrency
memory         an instance's cache             clock          the wall clock
redelivery     an operator's redrive           names          names shared with callers
signed_requests  requests to the object store  google_errors  errors of Google's clients
"""
