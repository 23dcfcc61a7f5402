environment = "staging"
region      = "eu-west-1"
# The image that prod gets is built and proven here.
autoscaling = { minimum = 2, maximum = 4 }
