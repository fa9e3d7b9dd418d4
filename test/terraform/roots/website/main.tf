# Buckets that are websites, are paid for by others, are reached faster, or lock what is in them.
resource "aws_s3_bucket" "this" {
  bucket        = "tf-website-${local.account}"
  force_destroy = true
}

resource "aws_s3_bucket_website_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  index_document {
    suffix = local.updated ? "home.html" : "index.html"
  }
  error_document {
    key = "error.html"
  }
}

resource "aws_s3_bucket_request_payment_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  payer  = local.updated ? "BucketOwner" : "Requester"
}

resource "aws_s3_bucket_accelerate_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  status = local.updated ? "Suspended" : "Enabled"
}

resource "aws_s3_bucket" "locked" {
  bucket              = "tf-locked-${local.account}"
  force_destroy       = true
  object_lock_enabled = true
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  bucket = aws_s3_bucket.locked.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.step
    }
  }
}
