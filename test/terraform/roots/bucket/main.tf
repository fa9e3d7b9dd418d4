# A bucket with everything that is set on one, and objects.
resource "aws_s3_bucket" "this" {
  bucket        = "tf-bucket-${local.account}"
  force_destroy = true
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "tf-logs-"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = local.updated ? "Suspended" : "Enabled"
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    object_ownership = local.updated ? "BucketOwnerPreferred" : "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  ignore_public_acls      = local.updated
  block_public_policy     = true
  restrict_public_buckets = local.updated
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    bucket_key_enabled = local.updated
    apply_server_side_encryption_by_default {
      sse_algorithm     = local.updated ? "aws:kms" : "AES256"
      kms_master_key_id = local.updated ? aws_kms_key.this.arn : null
    }
  }
}

resource "aws_kms_key" "this" {
  deletion_window_in_days = 7
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket                                 = aws_s3_bucket.this.id
  transition_default_minimum_object_size = local.updated ? "varies_by_storage_class" : "all_storage_classes_128K"
  rule {
    id     = "expire"
    status = "Enabled"
    filter {
      prefix = "tmp/"
    }
    expiration {
      days = local.updated ? 2 : 1
    }
    noncurrent_version_expiration {
      noncurrent_days           = 10
      newer_noncurrent_versions = 2
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }
  rule {
    id     = "move"
    status = local.updated ? "Disabled" : "Enabled"
    filter {
      and {
        prefix                   = "old/"
        object_size_greater_than = 1000
        tags                     = { class = "cold" }
      }
    }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  cors_rule {
    id              = "web"
    allowed_methods = local.updated ? ["GET", "PUT"] : ["GET"]
    allowed_origins = ["https://example.com"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_logging" "this" {
  bucket        = aws_s3_bucket.this.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "step-${var.step}/"
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Tls${var.step}"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_sqs_queue" "events" {
  name = "tf-bucket-events"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:${local.region}:${local.account}:tf-bucket-events"
      Condition = { ArnLike = { "aws:SourceArn" = aws_s3_bucket.this.arn } }
    }]
  })
}

resource "aws_s3_bucket_notification" "this" {
  bucket      = aws_s3_bucket.this.id
  eventbridge = local.updated
  queue {
    id            = "created"
    queue_arn     = aws_sqs_queue.events.arn
    events        = local.updated ? ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] : ["s3:ObjectCreated:*"]
    filter_prefix = "in/"
    filter_suffix = local.updated ? null : ".json"
  }
}

resource "aws_s3_object" "text" {
  bucket        = aws_s3_bucket.this.id
  key           = "texts/one.txt"
  content       = "step ${var.step}"
  content_type  = "text/plain"
  cache_control = local.updated ? "no-store" : "no-cache"
  metadata      = { step = tostring(var.step) }
  depends_on    = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_object" "file" {
  bucket        = aws_s3_bucket.this.id
  key           = local.updated ? "files/moved.zip" : "files/function.zip"
  source        = "function.zip"
  source_hash   = filemd5("function.zip")
  storage_class = "STANDARD_IA"
  tags          = local.updated ? { own = "2" } : { own = "1" }
  depends_on    = [aws_s3_bucket_versioning.this]
}

# The older name of the same thing.
resource "aws_s3_bucket_object" "this" {
  bucket     = aws_s3_bucket.this.id
  key        = "texts/older.txt"
  content    = "step ${var.step}"
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_object_copy" "this" {
  bucket     = aws_s3_bucket.this.id
  key        = "texts/copy.txt"
  source     = "${aws_s3_bucket.this.id}/${aws_s3_object.text.key}"
  depends_on = [aws_s3_bucket_versioning.this]
}

data "aws_s3_bucket" "this" {
  bucket = aws_s3_bucket.this.id
}

data "aws_s3_object" "text" {
  bucket = aws_s3_object.text.bucket
  key    = aws_s3_object.text.key
}
