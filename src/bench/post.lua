-- What wrk sends: orders of 1 KiB, each with an id of its own, and what it prints at the end.
local prefix = os.getenv("PREFIX") or "order"
local threads, count = 0, 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function request()
    count = count + 1
    local head = '{"id":"' .. prefix .. "-" .. number .. "-" .. count
        .. '","customer":"Bazaar & Sons","amount":74.5,"items":[{"sku":"TEA-1","qty":3},{"sku":"RUG-7","qty":1}],"note":"'
    local body = head .. string.rep("n", 1024 - #head - 2) .. '"}'
    return wrk.format("POST", "/orders", { ["Content-Type"] = "application/json" }, body)
end

-- result ANSWERS MICROSECONDS NOT-2XX FAILED P50 P99, both in microseconds
function done(summary, latency)
    local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("result %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status,
        failed, latency:percentile(50), latency:percentile(99)))
end
