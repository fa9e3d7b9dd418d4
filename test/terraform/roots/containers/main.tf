# A cluster with a service that scales.
resource "aws_iam_role" "this" {
  name = "tf-containers"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_ecs_cluster" "this" {
  name = "tf-cluster"
  setting {
    name  = "containerInsights"
    value = local.updated ? "enabled" : "disabled"
  }
  configuration {
    execute_command_configuration {
      logging = local.updated ? "NONE" : "DEFAULT"
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = "tf-task"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.updated ? "512" : "256"
  memory                   = local.updated ? "1024" : "512"
  task_role_arn            = aws_iam_role.this.arn
  execution_role_arn       = aws_iam_role.this.arn
  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
  volume {
    name = "step-${var.step}"
  }
  container_definitions = jsonencode([{
    name        = "main"
    image       = "000000000000.dkr.ecr.${local.region}.amazonaws.com/tf:1"
    essential   = true
    command     = ["run"]
    environment = [{ name = "STEP", value = tostring(var.step) }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = "/tf/containers", "awslogs-region" = local.region, "awslogs-stream-prefix" = "main" }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name                               = "tf-service"
  cluster                            = aws_ecs_cluster.this.arn
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = 0
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = local.updated
  availability_zone_rebalancing      = local.updated ? "ENABLED" : "DISABLED"
  deployment_maximum_percent         = 200
  deployment_minimum_healthy_percent = local.updated ? 50 : 100
  deployment_circuit_breaker {
    enable   = true
    rollback = local.updated
  }
  network_configuration {
    subnets          = ["subnet-0123456789abcdef0"]
    security_groups  = ["sg-0123456789abcdef${var.step}"]
    assign_public_ip = local.updated
  }
  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.this.name}"
  min_capacity       = 0
  max_capacity       = local.updated ? 3 : 2
}

resource "aws_appautoscaling_policy" "step" {
  name               = "tf-step"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id
  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = local.updated ? 120 : 60
    metric_aggregation_type = "Maximum"
    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = var.step
    }
  }
}

resource "aws_appautoscaling_policy" "tracking" {
  name               = "tf-tracking"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id
  target_tracking_scaling_policy_configuration {
    target_value       = local.updated ? 60 : 50
    scale_in_cooldown  = 60
    scale_out_cooldown = 30
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
