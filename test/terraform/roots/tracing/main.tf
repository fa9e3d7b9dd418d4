# Which requests are traced, and groups of their traces.
resource "aws_xray_sampling_rule" "this" {
  rule_name      = "tf-tracing"
  priority       = 100
  version        = 1
  reservoir_size = 1
  fixed_rate     = local.updated ? 0.5 : 0.1
  url_path       = "/buy"
  host           = "*"
  http_method    = "*"
  service_type   = "*"
  service_name   = "shop"
  resource_arn   = "*"
}

resource "aws_xray_group" "this" {
  group_name        = "tf-tracing"
  filter_expression = local.updated ? "responsetime > 5" : "responsetime > 1"
}
