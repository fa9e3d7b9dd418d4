# Queues, topics, and a mail identity.
resource "aws_sqs_queue" "this" {
  name                       = "tf-queue"
  visibility_timeout_seconds = local.updated ? 60 : 30
  message_retention_seconds  = local.updated ? 86400 : 345600
  max_message_size           = local.updated ? 2048 : 262144
  delay_seconds              = local.updated ? 5 : 0
  receive_wait_time_seconds  = local.updated ? 10 : 0
  sqs_managed_sse_enabled    = true
}

resource "aws_sqs_queue" "fifo" {
  name                        = "tf-queue.fifo"
  fifo_queue                  = true
  content_based_deduplication = local.updated
  deduplication_scope         = local.updated ? "messageGroup" : "queue"
  fifo_throughput_limit       = local.updated ? "perMessageGroupId" : "perQueue"
}

resource "aws_sqs_queue" "dead" {
  name = "tf-dead"
}

# As the provider's own documentation writes it: over many lines.
resource "aws_sqs_queue" "redriven" {
  name                              = "tf-redriven"
  redrive_policy                    = <<JSON
{
  "deadLetterTargetArn": "${aws_sqs_queue.dead.arn}",
  "maxReceiveCount": ${local.updated ? 5 : 4}
}
JSON
  kms_master_key_id                 = "alias/aws/sqs"
  kms_data_key_reuse_period_seconds = local.updated ? 600 : 300
}

resource "aws_sqs_queue" "allowing" {
  name                 = "tf-allowing"
  redrive_allow_policy = <<JSON
{
  "redrivePermission": "byQueue",
  "sourceQueueArns": [
    "${aws_sqs_queue.this.arn}"
  ]
}
JSON
}

resource "aws_sqs_queue_redrive_policy" "this" {
  queue_url = aws_sqs_queue.this.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = local.updated ? 3 : 2
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "this" {
  queue_url = aws_sqs_queue.dead.id
  redrive_allow_policy = local.updated ? jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [for name in ["tf-queue", "tf-redriven"] : "arn:aws:sqs:${local.region}:${local.account}:${name}"]
  }) : jsonencode({ redrivePermission = "allowAll" })
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Topic${var.step}"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.this.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.this.arn } }
    }]
  })
}

resource "aws_sns_topic" "this" {
  name              = "tf-topic"
  display_name      = "step ${var.step}"
  kms_master_key_id = local.updated ? "alias/aws/sns" : null
  tracing_config    = local.updated ? "Active" : "PassThrough"
  delivery_policy = local.updated ? jsonencode({
    http = {
      defaultHealthyRetryPolicy    = { minDelayTarget = 20, maxDelayTarget = 20, numRetries = 3, numMaxDelayRetries = 0, numNoDelayRetries = 0, numMinDelayRetries = 0, backoffFunction = "linear" }
      disableSubscriptionOverrides = false
    }
  }) : null
}

resource "aws_sns_topic" "fifo" {
  name                        = "tf-topic.fifo"
  fifo_topic                  = true
  content_based_deduplication = local.updated
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Publish"
      Effect    = "Allow"
      Principal = { Service = local.updated ? "events.amazonaws.com" : "s3.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.this.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this.arn
  raw_message_delivery = local.updated
  filter_policy        = local.updated ? jsonencode({ kind = ["a", { prefix = "b" }] }) : null
  filter_policy_scope  = local.updated ? "MessageBody" : null
  redrive_policy       = local.updated ? jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn }) : null
}

resource "aws_sesv2_email_identity" "address" {
  email_identity = "someone@example.com"
}

resource "aws_sesv2_email_identity" "domain" {
  email_identity = "example.com"
}

data "aws_sqs_queue" "this" {
  name       = aws_sqs_queue.this.name
  depends_on = [aws_sqs_queue.this]
}

data "aws_sns_topic" "this" {
  name       = aws_sns_topic.this.name
  depends_on = [aws_sns_topic.this]
}
