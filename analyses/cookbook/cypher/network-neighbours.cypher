MATCH (a)-[r:CONNECTED_TO]->(b)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH coalesce(a.device, a.address) AS device, coalesce(b.device, b.address) AS neighbour, r
WHERE $device = '' OR device = $device OR neighbour = $device
WITH device, r.from_port AS port, neighbour, r.protocol AS protocol, max(r.from_name) AS name, max(r.platform) AS platform, max(r.version) AS version,
     sum(r.count) AS count, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN device, port, neighbour, protocol, name, platform, version, count, first, last - duration({nanoseconds: 1}) AS last
ORDER BY device, port, neighbour, protocol
