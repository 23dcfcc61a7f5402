-- Posts the body given after the address; reports as one line of JSON, times in microseconds.
function init(arguments)
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  wrk.body = arguments[1]
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    'REPORT {"requests_s": %.1f, "p50_us": %.1f, "p99_us": %.1f, "p999_us": %.1f, "failed": %d}\n',
    summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), failed))
end
