output "subscription" {
  description = "The messages' dead letter topic and acknowledgement deadline; null if the trigger has no topic."
  value = one([
    for one in google_pubsub_subscription.this : {
      name        = one.name
      ack_seconds = one.ack_deadline_seconds
      attempts    = one(one.dead_letter_policy[*].max_delivery_attempts)
      dead_letter = one(one.dead_letter_policy[*].dead_letter_topic)
    }
  ])
}
