# A VPC and what is in it: stored and read back, not routed.
data "aws_availability_zones" "here" {
  state = "available"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_prefix_list" "s3" {
  name = "com.amazonaws.${local.region}.s3"
}

data "aws_vpc_endpoint_service" "logs" {
  service      = "logs"
  service_type = "Interface"
}

resource "aws_vpc" "this" {
  cidr_block                       = "10.20.0.0/16"
  enable_dns_hostnames             = local.updated
  assign_generated_ipv6_cidr_block = true
  tags                             = { Name = "tf-network" }
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.this.id
  cidr_block = local.updated ? "10.22.0.0/16" : "10.21.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.this.id
  availability_zone       = data.aws_availability_zones.here.names[0]
  cidr_block              = cidrsubnet(aws_vpc.this.cidr_block, 8, 1)
  ipv6_cidr_block         = cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, 1)
  map_public_ip_on_launch = local.updated
}

resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  availability_zone = data.aws_availability_zones.here.names[count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, 10 + count.index)
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_egress_only_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = local.updated ? "0.0.0.0/0" : "192.0.2.0/24"
  nat_gateway_id         = aws_nat_gateway.this.id
}

resource "aws_route" "out6" {
  route_table_id              = aws_route_table.private.id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  route_table_id = aws_route_table.public.id
  subnet_id      = aws_subnet.public.id
}

resource "aws_route_table_association" "private" {
  count          = 2
  route_table_id = local.updated ? aws_route_table.private.id : aws_route_table.public.id
  subnet_id      = aws_subnet.private[count.index].id
}

resource "aws_main_route_table_association" "this" {
  vpc_id         = aws_vpc.this.id
  route_table_id = local.updated ? aws_route_table.private.id : aws_route_table.public.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.this.id
  service_name    = data.aws_prefix_list.s3.name
  route_table_ids = local.updated ? [aws_route_table.private.id, aws_route_table.public.id] : [aws_route_table.private.id]
}

resource "aws_vpc_endpoint" "logs" {
  vpc_id             = aws_vpc.this.id
  vpc_endpoint_type  = "Interface"
  service_name       = data.aws_vpc_endpoint_service.logs.service_name
  subnet_ids         = local.updated ? aws_subnet.private[*].id : [aws_subnet.private[0].id]
  security_group_ids = [aws_security_group.this.id]
}

resource "aws_security_group" "this" {
  name        = "tf-network"
  description = "Made by a test"
  vpc_id      = aws_vpc.this.id
  ingress {
    description = local.updated ? "From within" : "From inside"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.this.cidr_block]
  }
  egress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [data.aws_prefix_list.s3.id]
  }
}

resource "aws_security_group" "ruled" {
  name   = "tf-network-ruled"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  security_group_id            = aws_security_group.ruled.id
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 80
  to_port                      = local.updated ? 90 : 80
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.ruled.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_security_group_rule" "this" {
  security_group_id = aws_security_group.ruled.id
  type              = "ingress"
  protocol          = "udp"
  from_port         = 53
  to_port           = 53
  cidr_blocks       = [aws_vpc.this.cidr_block]
  description       = local.updated ? "Names, from within" : "Names"
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_network_acl" "this" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = local.updated ? aws_subnet.private[*].id : [aws_subnet.private[0].id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "10.20.0.0/16"
    from_port  = 0
    to_port    = local.updated ? 65535 : 1024
  }
}

resource "aws_network_acl_rule" "this" {
  network_acl_id = aws_network_acl.other.id
  rule_number    = 200
  egress         = true
  protocol       = "tcp"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0"
  from_port      = local.updated ? 443 : 80
  to_port        = 443
}

resource "aws_network_acl" "other" {
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_dhcp_options" "this" {
  domain_name         = "tf.example.com"
  domain_name_servers = ["AmazonProvidedDNS"]
}

resource "aws_vpc_dhcp_options_association" "this" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = local.updated ? aws_vpc_dhcp_options.this.id : aws_vpc_dhcp_options.other.id
}

resource "aws_vpc_dhcp_options" "other" {
  ntp_servers = ["169.254.169.123"]
}

resource "aws_ec2_managed_prefix_list" "this" {
  name           = "tf-network"
  address_family = "IPv4"
  max_entries    = 5
  entry {
    cidr        = local.updated ? "10.0.0.0/8" : "10.0.0.0/9"
    description = "Inside"
  }
}

resource "aws_network_interface" "this" {
  subnet_id       = aws_subnet.private[0].id
  security_groups = [aws_security_group.this.id]
  description     = local.updated ? "Updated" : "First"
}

resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  log_destination = aws_cloudwatch_log_group.this.arn
  iam_role_arn    = aws_iam_role.this.arn
}

resource "aws_cloudwatch_log_group" "this" {
  name = "/tf/network"
}

resource "aws_iam_role" "this" {
  name = "tf-network"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "vpc-flow-logs.amazonaws.com" } }]
  })
}
