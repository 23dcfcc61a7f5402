variable "name" {
  description = "Prefix of every name."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC; each subnet takes a sixteenth of them."
  type        = string
}

variable "zones" {
  description = "Availability zones, two or three."
  type        = list(string)
}

variable "egress" {
  description = "How tasks in private subnets reach AWS: `nat`, or `endpoints` without any way to the internet."
  type        = string
}

variable "nat_per_zone" {
  description = "One NAT gateway for each zone instead of one for all."
  type        = bool
}

variable "flow_log_retention_days" {
  description = "How long records of refused connections are kept."
  type        = number
}
