# A data stream, who reads it by a connection of their own, and who may.
resource "aws_kinesis_stream" "this" {
  name             = "tf-stream"
  shard_count      = var.step
  retention_period = 24 * var.step
}

resource "aws_kinesis_stream_consumer" "this" {
  name       = local.updated ? "tf-second" : "tf-first"
  stream_arn = aws_kinesis_stream.this.arn
}

resource "aws_kinesis_resource_policy" "this" {
  resource_arn = aws_kinesis_stream.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:root" }
      Action    = local.updated ? ["kinesis:GetRecords", "kinesis:GetShardIterator"] : ["kinesis:GetRecords"]
      Resource  = aws_kinesis_stream.this.arn
    }]
  })
}
