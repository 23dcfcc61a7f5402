environment        = "prod"
region             = "eu-west-1"
nat_per_zone       = true
container_insights = "enhanced"
log_retention_days = 90
autoscaling        = { minimum = 2, maximum = 12 }

# To be given here or on the command line before the first plan; it says so if they are missing:
# domain         = { name = "predict.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
# alarm_emails   = ["on-call@example.com"]
# repository_arn = "arn:aws:ecr:eu-west-1:ACCOUNT:repository/quarterdeck-staging/predictor"
