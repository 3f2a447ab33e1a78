MATCH (m:Stream)
WHERE ($all OR m.batch IN $batches) AND m.first < $to AND m.last >= $from
WITH m, CASE WHEN m.expected > 0 THEN 100.0 * m.lost / m.expected ELSE 0.0 END AS loss_pct
WHERE loss_pct >= $loss
RETURN m.id AS id, m.src AS src, m.dst AS dst, m.codec AS codec, m.packets AS packets, m.expected AS expected, m.lost AS lost, loss_pct,
       m.jitter_mean_ms AS jitter_mean_ms, m.jitter_max_ms AS jitter_max_ms, m.rtt_ms AS rtt_ms, m.dscp AS dscp, m.first AS first, m.last AS last
ORDER BY loss_pct DESC, jitter_mean_ms DESC, id
LIMIT $limit
