output "vpc_id" {
  value       = aws_vpc.this.id
  description = "The VPC."
}

output "cidr" {
  value       = aws_vpc.this.cidr_block
  description = "Its addresses."
}

output "public_subnet_ids" {
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
  description = "For the load balancer."
}

output "private_subnet_ids" {
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
  description = "For tasks."
}

output "s3_prefix_list_id" {
  value       = aws_vpc_endpoint.s3.prefix_list_id
  description = "Addresses of S3 behind the gateway endpoint."
}
