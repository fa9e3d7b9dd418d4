# A zone and what is in it.
resource "aws_route53_zone" "this" {
  name          = "tf.example.org"
  comment       = "step ${var.step}"
  force_destroy = local.updated
  tags          = { Step = var.step }
}

resource "aws_route53_record" "address" {
  zone_id = aws_route53_zone.this.zone_id
  name    = "www.tf.example.org"
  type    = "A"
  ttl     = local.updated ? 60 : 300
  records = local.updated ? ["192.0.2.1", "192.0.2.2"] : ["192.0.2.1"]
}

resource "aws_route53_record" "text" {
  zone_id = aws_route53_zone.this.zone_id
  name    = "tf.example.org"
  type    = "TXT"
  ttl     = 300
  records = ["step ${var.step}"]
}

resource "aws_route53_record" "alias" {
  zone_id = aws_route53_zone.this.zone_id
  name    = "api.tf.example.org"
  type    = "A"
  alias {
    name                   = aws_route53_record.address.fqdn
    zone_id                = aws_route53_zone.this.zone_id
    evaluate_target_health = local.updated
  }
}
