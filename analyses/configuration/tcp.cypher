MATCH (c:Endpoint)-[r:USES]->(s:Service {transport: 'tcp'})
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN r.id AS id, c.id AS client, c.address AS client_address, s.endpoint AS server, s.address AS server_address, s.id AS service, s.port AS port,
       r.application AS application, r.handshakes AS handshakes, r.payload_up AS payload_up, r.payload_down AS payload_down,
       r.rtt_count AS rtt_count, r.rtt_min_ns AS rtt_min_ns, r.mss_up AS mss_up, r.mss_down AS mss_down,
       r.scale_up AS scale_up, r.scale_down AS scale_down,
       r.window_max_up AS window_max_up, r.window_max_down AS window_max_down,
       r.zero_windows_up AS zero_windows_up, r.zero_windows_down AS zero_windows_down,
       r.zero_window_up_ms AS zero_window_up_ms, r.zero_window_down_ms AS zero_window_down_ms,
       r.client_vlan AS client_vlan, r.server_vlan AS server_vlan, r.stripped_scale AS stripped_scale, r.stripped_sack AS stripped_sack,
       r.stripped_timestamps AS stripped_timestamps, r.mss_clamped_up AS mss_clamped_up, r.mss_clamped_down AS mss_clamped_down,
       r.unacked_up AS unacked_up, r.unacked_down AS unacked_down,
       coalesce(r.window_full_up, 0) AS window_full_up, coalesce(r.window_full_down, 0) AS window_full_down,
       coalesce(r.window_use_up, 0) AS window_use_up, coalesce(r.window_use_down, 0) AS window_use_down,
       r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, r.evidence AS evidence
ORDER BY client, service, first, id
