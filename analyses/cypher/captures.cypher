MATCH (n:Capture) WHERE $all OR n.batch IN $batches
RETURN n.id AS id, n.sha256 AS sha256, n.batch AS batch, n.path AS path, n.format AS format, n.link_types AS link_types,
       n.point AS point, n.packets AS packets, n.bytes AS bytes, n.captured_bytes AS captured_bytes, n.first AS first,
       n.last AS last, n.truncated_packets AS truncated_packets, n.undecodable_packets AS undecodable_packets,
       n.dropped_packets AS dropped_packets, n.duplicates AS duplicates, n.complete AS complete, n.error AS error,
       n.clock_offset_s AS clock_offset_s, n.step_s AS step_s, n.at AS at, n.at_bytes AS at_bytes, n.at_packets AS at_packets, coalesce(n.at_again, []) AS at_again
ORDER BY path, sha256
