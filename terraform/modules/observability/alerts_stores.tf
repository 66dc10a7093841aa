# Alerts on the database and Firestore.

locals {
  _sql       = "resource.type=\"cloudsql_database\" resource.labels.database_id=starts_with(\"${var.project}:${var.sql.instance}\") metric.type=\"cloudsql.googleapis.com/database/"
  _documents = "resource.type=\"firestore.googleapis.com/Database\" metric.type=\"firestore.googleapis.com/"

  _stores = {
    sql-down = {
      title    = "The database is down"
      severity = "CRITICAL"
      runbook  = "store-unavailable"
      conditions = [{
        filter     = "${local._sql}up\""
        aligner    = "ALIGN_MAX"
        reducer    = "REDUCE_MIN"
        by         = ["resource.label.database_id"]
        comparison = "COMPARISON_LT"
        above      = 1
        minutes    = 2
      }]
    }
    sql-connections = {
      title    = "The database is running out of connections"
      severity = "CRITICAL"
      runbook  = "sql-connections"
      conditions = [{
        filter  = "${local._sql}network/connections\""
        aligner = "ALIGN_MAX"
        reducer = "REDUCE_MAX"
        by      = ["resource.label.database_id"]
        above   = floor(0.8 * var.sql.max_connections)
        minutes = 5
      }]
    }
    sql-replication-lag = {
      title    = "A replica is more than a minute behind"
      severity = "WARNING"
      runbook  = "sql-replica-behind"
      conditions = [{
        filter  = "${local._sql}replication/replica_lag\""
        aligner = "ALIGN_MEAN"
        reducer = "REDUCE_MAX"
        by      = ["resource.label.database_id"]
        above   = 60
        minutes = 10
      }]
    }
    sql-disk = {
      title    = "The database's disk is nearly full"
      severity = "WARNING"
      runbook  = "sql-disk-full"
      conditions = [{
        filter  = "${local._sql}disk/utilization\""
        aligner = "ALIGN_MEAN"
        reducer = "REDUCE_MAX"
        by      = ["resource.label.database_id"]
        above   = 0.85
        minutes = 30
      }]
    }
    firestore-denials = {
      title    = "Firestore's rules deny many requests"
      severity = "WARNING"
      runbook  = "firestore-denials"
      conditions = [{
        filter  = "${local._documents}rules/evaluation_count\" metric.labels.result=\"DENY\""
        of      = "${local._documents}rules/evaluation_count\""
        aligner = "ALIGN_RATE"
        reducer = "REDUCE_SUM"
        above   = 0.1
        minutes = 15
      }]
    }
    firestore-contention = {
      title    = "Firestore transactions have high contention"
      severity = "WARNING"
      runbook  = "firestore-contention"
      conditions = [{
        filter  = "${local._documents}api/request_count\" metric.labels.response_code=\"ABORTED\""
        of      = "${local._documents}api/request_count\""
        aligner = "ALIGN_RATE"
        reducer = "REDUCE_SUM"
        above   = 0.05
        minutes = 15
      }]
    }
  }
}
