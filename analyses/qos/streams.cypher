MATCH (n:Stream)
WHERE ($all OR n.batch IN $batches) AND n.first < $to AND n.last >= $from
RETURN n.id AS id, n.batch AS batch, n.src AS src, n.dst AS dst, n.ssrc AS ssrc, n.payload_type AS payload_type, n.codec AS codec,
       n.clock_rate_hz AS clock_rate_hz, n.clock_known AS clock_known, n.packets AS packets, n.expected AS expected,
       n.lost AS lost, n.duplicates AS duplicates, n.reordered AS reordered, n.loss_runs AS loss_runs, n.burst_lost AS burst_lost,
       n.jitter_mean_ms AS jitter_mean_ms, n.jitter_max_ms AS jitter_max_ms, n.delta_max_ms AS delta_max_ms, n.rtt_ms AS rtt_ms,
       n.announced AS announced, n.dscp AS dscp, n.dscp_packets AS dscp_packets, n.first AS first, n.last AS last,
       n.evidence AS evidence
ORDER BY src, dst, ssrc, id
