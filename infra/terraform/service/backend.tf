# Bucket, key and Region come from -backend-config=environments/NAME.s3.tfbackend; the bootstrap root makes the bucket.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
