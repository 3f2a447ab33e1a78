-- Views for people: addresses instead of identifiers, times as text.
CREATE VIEW dependencies AS
SELECT c.address AS client, s.address AS server, s.transport, s.port, u.application, u.direction, u.certainty, u.client_vlan, u.server_vlan,
       u.conversations, u.established, u.refused, u.unanswered, u.bytes_up, u.bytes_down, u.packets_up, u.packets_down,
       strftime('%Y-%m-%dT%H:%M:%fZ', u.valid_from / 1e9, 'unixepoch') AS first, strftime('%Y-%m-%dT%H:%M:%fZ', u.valid_to / 1e9, 'unixepoch') AS until,
       c.context AS client_context, s.context AS server_context, u.id, u.batch
FROM "USES" u JOIN "Endpoint" c ON c.id = u.src JOIN "Service" s ON s.id = u.dst;

CREATE VIEW names AS
SELECT e.address, e.context, n.name, k.evidence, k."count"
FROM "KNOWN_AS" k JOIN "Endpoint" e ON e.id = k.src JOIN "Name" n ON n.id = k.dst;

CREATE VIEW hardware AS
SELECT e.address, e.context, m.address AS mac, m.vendor, h.vlan, h.point, h.router, h.packets
FROM "HAS_MAC" h JOIN "Endpoint" e ON e.id = h.src JOIN "MAC" m ON m.id = h.dst;

CREATE VIEW settings AS
SELECT t.speaker, t.setting, t.value, t.vlan, t.port, t.point, t."count",
       strftime('%Y-%m-%dT%H:%M:%fZ', t.valid_from / 1e9, 'unixepoch') AS first, strftime('%Y-%m-%dT%H:%M:%fZ', t.valid_to / 1e9, 'unixepoch') AS until
FROM "STATES" t;
