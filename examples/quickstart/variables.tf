variable "rotation" {
  description = "Another value rotates the operator token of InfluxDB 3."
  type        = string
  default     = "1"
}

variable "influxdb3_url" {
  description = "The base URL of the InfluxDB 3 server, a fresh one."
  type        = string
  default     = "http://127.0.0.1:8181"
}

variable "influxdb2_url" {
  description = "The base URL of the InfluxDB v2 server, after its setup."
  type        = string
  default     = "http://127.0.0.1:8086"
}

variable "influxdb2_token" {
  description = "The token that the setup of InfluxDB v2 has returned. Give it as TF_VAR_influxdb2_token."
  type        = string
  sensitive   = true
}

variable "influxdb2_org" {
  description = "The name of the organization of InfluxDB v2 that the tokens belong to."
  type        = string
}

variable "influxdb2_user_id" {
  description = "The ID of the user that the setup of InfluxDB v2 has made."
  type        = string
}

variable "influxdb2_bucket_id" {
  description = "The ID of the bucket that one token may read and write."
  type        = string
  nullable    = false # A permission without an id would be about all buckets.
}

variable "influxdb2_other_user" {
  description = "The name of another user of InfluxDB v2, who gets a token too."
  type        = string
}

variable "influxdb2_other_user_id" {
  description = "The ID of that user."
  type        = string
}
