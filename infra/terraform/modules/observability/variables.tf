variable "name" {
  description = "Prefix of every name."
  type        = string
}

variable "cluster_name" {
  description = "The cluster."
  type        = string
}

variable "service_name" {
  description = "The service."
  type        = string
}

variable "load_balancer_arn_suffix" {
  description = "Dimension LoadBalancer."
  type        = string
}

variable "target_group_arn_suffix" {
  description = "Dimension TargetGroup."
  type        = string
}

variable "log_group_name" {
  description = "Where the predictor's log lines are."
  type        = string
}

variable "alarm_emails" {
  description = "Who is written to."
  type        = list(string)
}

variable "container_insights" {
  description = "enhanced, enabled or disabled; without it ECS publishes no numbers of tasks."
  type        = string
}

variable "latency_p95_seconds" {
  description = "Above this 95th percentile of the answer time the alarm rings."
  type        = number
}
