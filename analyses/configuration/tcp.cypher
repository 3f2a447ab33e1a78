MATCH (c:Endpoint)-[r:USES]->(s:Service {transport: 'tcp'})
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN r.id AS id, c.id AS client, c.address AS client_address, s.endpoint AS server, s.address AS server_address, s.id AS service, s.port AS port,
       r.application AS application, coalesce(r.handshakes, 0) AS handshakes, coalesce(r.payload_up, 0) AS payload_up, coalesce(r.payload_down, 0) AS payload_down,
       coalesce(r.rtt_count, 0) AS rtt_count, coalesce(r.rtt_min_ns, 0) AS rtt_min_ns, coalesce(r.mss_up, 0) AS mss_up, coalesce(r.mss_down, 0) AS mss_down,
       coalesce(r.scale_up, 0) AS scale_up, coalesce(r.scale_down, 0) AS scale_down,
       coalesce(r.window_max_up, 0) AS window_max_up, coalesce(r.window_max_down, 0) AS window_max_down,
       coalesce(r.zero_windows_up, 0) AS zero_windows_up, coalesce(r.zero_windows_down, 0) AS zero_windows_down,
       coalesce(r.zero_window_up_ms, 0) AS zero_window_up_ms, coalesce(r.zero_window_down_ms, 0) AS zero_window_down_ms,
       coalesce(r.client_vlan, '') AS client_vlan, coalesce(r.server_vlan, '') AS server_vlan, coalesce(r.stripped_scale, 0) AS stripped_scale, coalesce(r.stripped_sack, 0) AS stripped_sack,
       coalesce(r.stripped_timestamps, 0) AS stripped_timestamps, coalesce(r.mss_clamped_up, 0) AS mss_clamped_up, coalesce(r.mss_clamped_down, 0) AS mss_clamped_down,
       coalesce(r.unacked_up, 0) AS unacked_up, coalesce(r.unacked_down, 0) AS unacked_down,
       coalesce(r.window_full_up, 0) AS window_full_up, coalesce(r.window_full_down, 0) AS window_full_down,
       coalesce(r.window_use_up, 0) AS window_use_up, coalesce(r.window_use_down, 0) AS window_use_down,
       r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, r.evidence AS evidence
ORDER BY client, service, first, id
