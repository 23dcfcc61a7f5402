variable "project" {
  description = "Prefix of every name; the same as in the service root."
  type        = string
  default     = "quarterdeck"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.project))
    error_message = "project must have 3 to 16 lower-case letters, digits and dashes, and begin with a letter."
  }
}

variable "region" {
  description = "Region of the state bucket and of the environments."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS Region, such as eu-west-1."
  }
}

variable "repository" {
  description = "The GitHub repository whose workflows may take the roles: OWNER/NAME."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be OWNER/NAME, as in the address of the repository on GitHub, without stars: a role that any repository can take belongs to everybody."
  }
}

variable "repository_ids" {
  description = "Numbers of owner and repository, which the subjects of newer repositories contain. `gh api repos/OWNER/NAME --jq '[.owner.id, .id]'` tells them."
  type        = object({ owner = number, repository = number })

  validation {
    condition     = var.repository_ids.owner > 0 && var.repository_ids.repository > 0
    error_message = "repository_ids must hold the two numbers that GitHub gave owner and repository; `gh api repos/OWNER/NAME --jq '[.owner.id, .id]'` tells them."
  }
}

variable "environments" {
  description = "Environments of this account; each gets roles of its own."
  type        = set(string)
  default     = ["dev", "staging", "prod"]

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in var.environments : contains(["dev", "staging", "prod"], name)])
    error_message = "environments must be some of dev, staging and prod."
  }
}

variable "create_oidc_provider" {
  description = "Whether to make GitHub's identity provider. An account has one; say false if it is there already."
  type        = bool
  default     = true
}
