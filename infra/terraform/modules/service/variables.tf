variable "name" {
  description = "Prefix of every name; also the cluster's name."
  type        = string
}

variable "service_name" {
  description = "Name of the service and family of its task definitions."
  type        = string
}

variable "image" {
  description = "Image of the first revision. The pipeline registers all later ones."
  type        = string
}

variable "repository_arn" {
  description = "Repository that tasks may pull from."
  type        = string
}

variable "cpu" {
  description = "CPU units of a task."
  type        = number
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
}

variable "cpu_architecture" {
  description = "X86_64 or ARM64."
  type        = string
}

variable "port" {
  description = "Port of the container."
  type        = number
}

variable "environment" {
  description = "Environment variables of the container."
  type        = map(string)
}

variable "desired_count" {
  description = "Tasks at first; afterwards autoscaling and the pipeline decide."
  type        = number
}

variable "autoscaling" {
  description = "Bounds of the number of tasks, CPU utilisation in percent and requests a minute for each task that are aimed at."
  type        = object({ minimum = number, maximum = number, cpu_percent = number, requests_per_target = number })
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "vpc_cidr" {
  description = "Addresses of the VPC, where its endpoints answer."
  type        = string
}

variable "s3_prefix_list_id" {
  description = "Addresses of S3."
  type        = string
}

variable "internet_egress" {
  description = "Whether tasks may open HTTPS connections to anywhere; without it only to endpoints in the VPC and to S3."
  type        = bool
}

variable "load_balancer" {
  description = "Security group, target group and dimensions of the load balancer."
  type = object({
    security_group_id       = string
    target_group_arn        = string
    arn_suffix              = string
    target_group_arn_suffix = string
    alternate = object({
      target_group_arn         = string
      production_listener_rule = string
      test_listener_rule       = string
    })
  })
}

variable "url" {
  description = "Where callers find the service; becomes the tag by which the console finds it."
  type        = string
}

variable "models_bucket_arn" {
  description = "Bucket of the model registry."
  type        = string
}

variable "log_group" {
  description = "Name and ARN of the log group."
  type        = object({ name = string, arn = string })
}

variable "rollback_alarm_names" {
  description = "Alarms that roll a deployment back."
  type        = list(string)
}

variable "container_insights" {
  description = "enhanced, enabled or disabled."
  type        = string
}

variable "execute_command" {
  description = "Whether `aws ecs execute-command` may open a session in a task."
  type        = bool
}
