variable "name" {
  description = "Name of the load balancer; at most 32 characters with its suffixes."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets in at least two zones."
  type        = list(string)
}

variable "allowed_cidrs" {
  description = "Who may call."
  type        = list(string)
}

variable "port" {
  description = "Port of the tasks."
  type        = number
}

variable "certificate_arn" {
  description = "Certificate for HTTPS; null for HTTP only."
  type        = string
}

variable "domain" {
  description = "Name and hosted zone to answer under; null for the load balancer's own name. A certificate is made for it unless one is given."
  type        = object({ name = string, zone_id = string })
}

variable "alternate_target_group" {
  description = "A second target group and a test listener, which ECS's own blue/green deployments move traffic between."
  type        = bool
}

variable "deletion_protection" {
  description = "Whether the load balancer resists being destroyed."
  type        = bool
}
