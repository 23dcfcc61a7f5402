# The only thing that is open to the world. HTTP for trying out; with a certificate, HTTPS and a redirect to it.

locals {
  https           = var.certificate_arn != null || var.domain != null
  certificate_arn = var.certificate_arn != null ? var.certificate_arn : one(aws_acm_certificate_validation.this[*].certificate_arn)
  listened_ports  = local.https ? toset(["80", "443"]) : toset(["80"])
  ingress = {
    for pair in setproduct(local.listened_ports, var.allowed_cidrs) : "${pair[0]} from ${pair[1]}" => { port = tonumber(pair[0]), cidr = pair[1] }
  }
  test_port = 9000
}

resource "aws_security_group" "this" {
  name        = "${var.name}-alb"
  description = "The load balancer: called by the world, calls the tasks"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-alb" }
}

resource "aws_vpc_security_group_ingress_rule" "callers" {
  for_each = local.ingress

  security_group_id = aws_security_group.this.id
  description       = each.key
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  idle_timeout               = 60
}

resource "aws_lb_target_group" "this" {
  for_each = var.alternate_target_group ? toset(["a", "b"]) : toset(["a"])

  name                          = "${var.name}-${each.key}"
  vpc_id                        = var.vpc_id
  target_type                   = "ip"
  port                          = var.port
  protocol                      = "HTTP"
  deregistration_delay          = 30
  load_balancing_algorithm_type = "least_outstanding_requests"

  # Readiness, not life: a task that still fetches its model, or drains, gets no requests.
  health_check {
    path                = "/ready"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  dynamic "default_action" {
    for_each = local.https ? ["redirect"] : []

    content {
      type = "redirect"

      redirect {
        port        = "443"
        protocol    = "HTTPS"
        status_code = "HTTP_301"
      }
    }
  }

  dynamic "default_action" {
    for_each = local.https ? [] : ["forward"]

    content {
      type             = "forward"
      target_group_arn = aws_lb_target_group.this["a"].arn
    }
  }

  # Blue/green deployments move the traffic; the next apply must not move it back.
  lifecycle {
    ignore_changes = [default_action[0].target_group_arn, default_action[0].forward]
  }
}

resource "aws_lb_listener" "https" {
  count = local.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["a"].arn
  }

  lifecycle {
    ignore_changes = [default_action[0].target_group_arn, default_action[0].forward]
  }
}

# ECS moves traffic by changing a rule, and needs one on each listener that it changes.
resource "aws_lb_listener_rule" "production" {
  count = var.alternate_target_group ? 1 : 0

  listener_arn = local.https ? aws_lb_listener.https[0].arn : aws_lb_listener.http.arn
  priority     = 100

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this["a"].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.this["b"].arn
        weight = 0
      }
    }
  }

  condition {
    path_pattern {
      values = ["/*"]
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}

resource "aws_lb_listener" "test" {
  count = var.alternate_target_group ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = local.test_port
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["b"].arn
  }

  lifecycle {
    ignore_changes = [default_action[0].target_group_arn, default_action[0].forward]
  }
}

resource "aws_lb_listener_rule" "test" {
  count = var.alternate_target_group ? 1 : 0

  listener_arn = aws_lb_listener.test[0].arn
  priority     = 100

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this["b"].arn
  }

  condition {
    path_pattern {
      values = ["/*"]
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}

resource "aws_acm_certificate" "this" {
  count = var.domain != null && var.certificate_arn == null ? 1 : 0

  domain_name       = var.domain.name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  count = length(aws_acm_certificate.this)

  zone_id         = var.domain.zone_id
  name            = tolist(aws_acm_certificate.this[0].domain_validation_options)[0].resource_record_name
  type            = tolist(aws_acm_certificate.this[0].domain_validation_options)[0].resource_record_type
  records         = [tolist(aws_acm_certificate.this[0].domain_validation_options)[0].resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = length(aws_acm_certificate.this)

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = aws_route53_record.validation[*].fqdn
}

resource "aws_route53_record" "this" {
  count = var.domain == null ? 0 : 1

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
