environment        = "dev"
region             = "eu-west-1"
container_insights = "enabled"
log_retention_days = 7
protect_data       = false
autoscaling        = { minimum = 1, maximum = 2 }
