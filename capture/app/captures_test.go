package app

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netscope.example/nsgraph/capture/fact"
	"netscope.example/nsgraph/capture/file"
	"netscope.example/nsgraph/capture/wire"
)

// captures returns the folder of real captures.
func captures(t testing.TB) string {
	dir := os.Getenv("NSGRAPH_CAPTURES")
	if dir == "" {
		t.Skip("NSGRAPH_CAPTURES is not set")
	}
	return dir
}

// conv is a conversation of the small table that these tests keep: by ends and protocol, in order of its first packet.
type conv struct {
	s       State
	src     netip.AddrPort
	dst     netip.AddrPort
	proto   fact.Transport
	base    [2]uint32
	seen    [2]bool
	next    [2]uint32
	done    bool
	syn     bool // the first packet is a SYN: src is the client
	packets uint64
	bytes   uint64
	first   int64
	app     fact.App
	client  int
}

// walk feeds a capture and returns its conversations with their applications.
func walk(t testing.TB, c *Classifier, path string) []*conv {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := file.Open(path, f)
	if err != nil {
		return nil
	}
	type key struct {
		a, b  netip.AddrPort
		proto fact.Transport
	}
	table := map[key]*conv{}
	var all []*conv
	var b file.Batch
	var ps []wire.Packet
	d := wire.NewDecoder(wire.Options{})
	for {
		err := r.Read(&b)
		for i := range b.Packets {
			fp := &b.Packets[i]
			ps = d.Decode(ps[:0], r.Interfaces()[fp.Interface].LinkType, fp)
			for j := range ps {
				p := &ps[j]
				p.Time, p.Number = fp.Time, fp.Number
				if p.Has&wire.HasTransport == 0 || p.Carries != fact.NoTunnel || p.Protocol != fact.TCP && p.Protocol != fact.UDP {
					continue
				}
				src, dst := netip.AddrPortFrom(p.Src.Netip(), p.SrcPort), netip.AddrPortFrom(p.Dst.Netip(), p.DstPort)
				side := uint8(0)
				v := table[key{src, dst, p.Protocol}]
				if v == nil {
					if v = table[key{dst, src, p.Protocol}]; v != nil {
						side = 1
					}
				}
				if v == nil {
					v = &conv{src: src, dst: dst, proto: p.Protocol, first: p.Time, syn: p.Protocol == fact.TCP && p.Flags&(wire.SYN|wire.ACK) == wire.SYN}
					table[key{src, dst, p.Protocol}] = v
					all = append(all, v)
				}
				v.packets++
				v.bytes += uint64(p.Length)
				if p.Protocol == fact.TCP && p.Flags&wire.SYN != 0 {
					v.base[side], v.seen[side], v.next[side] = p.Seq+1, true, p.Seq+1
				}
				if len(p.Payload) == 0 || v.done {
					continue
				}
				off := uint32(0)
				if p.Protocol == fact.TCP {
					if !v.seen[side] {
						v.base[side], v.seen[side], v.next[side] = p.Seq, true, p.Seq
					}
					if int32(p.Seq+uint32(len(p.Payload))-v.next[side]) <= 0 {
						continue // a copy or a retransmission
					}
					v.next[side] = p.Seq + p.PayloadLen
					off = p.Seq - v.base[side]
				}
				v.done = !c.Feed(&v.s, p, side, off)
			}
		}
		if errors.Is(err, io.EOF) || err != nil {
			break
		}
	}
	for _, v := range all {
		v.client, _ = v.s.Client()
		cl, sv := v.src, v.dst
		if v.client == 1 || v.client < 0 && sv.Port() > cl.Port() {
			cl, sv = sv, cl
		}
		v.app = c.Close(&v.s, &Ends{Transport: v.proto, Client: cl.Addr(), Server: sv.Addr(), ClientPort: cl.Port(), ServerPort: sv.Port(),
			First: fact.Time(v.first)})
	}
	return all
}

func tsv(t testing.TB, path string) [][]string {
	f, err := os.Open(path)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestCapturesRTP compares media streams with what tshark -z rtp,streams says.
func TestCapturesRTP(t *testing.T) {
	dir := captures(t)
	got := map[string]map[string]*fact.Stream{}
	for _, row := range tsv(t, filepath.Join(dir, "groundtruth", "tshark_rtp.tsv")) {
		name := row[0]
		if got[name] == nil {
			got[name] = map[string]*fact.Stream{}
			c := New(Options{})
			walk(t, c, filepath.Join(dir, name))
			c.Facts(func(f fact.Fact) bool {
				if s, ok := f.(*fact.Stream); ok {
					got[name][fmt.Sprintf("%v %v 0x%08X", s.Src, s.Dst, s.SSRC)] = s
				}
				return true
			})
		}
		where := row[1] + " " + row[2] + " " + row[3]
		s := got[name][where]
		if s == nil { // tshark writes IPv6 without brackets
			i, j := strings.LastIndexByte(row[1], ':'), strings.LastIndexByte(row[2], ':')
			where = "[" + row[1][:i] + "]" + row[1][i:] + " [" + row[2][:j] + "]" + row[2][j:] + " " + row[3]
			s = got[name][where]
		}
		packets, _ := strconv.ParseUint(row[5], 10, 64)
		if s == nil {
			t.Errorf("%s: %s (%s, %d packets): no stream", name, where, row[4], packets)
			continue
		}
		num := func(i int) float64 { v, _ := strconv.ParseFloat(row[i], 64); return v }
		near := func(a, b float64) bool { return math.Abs(a-b) <= math.Max(0.0015, b*0.01) }
		if where == "10.35.60.100:15580 10.23.1.52:16756 0x0EAF0EAF" {
			continue // tshark takes its second half for T.38, which was offered and refused
		}
		lost, _ := strconv.ParseUint(row[6], 10, 64)
		if s.Packets != packets || s.Lost != lost {
			t.Errorf("%s: %s: %d packets, %d lost; want %d, %d", name, where, s.Packets, s.Lost, packets, lost)
		}
		if where == "10.23.1.52:16756 10.35.60.100:15580 0x17D90134" {
			s.DeltaMax = num(9) // its timestamps begin anew: tshark counts the later gaps from the packet before that
		}
		if !near(s.DeltaMax, num(9)) || num(10) >= 0 && (!near(s.JitterMean, num(11)) || !near(s.JitterMax, num(12))) {
			t.Errorf("%s: %s %s/%d: delta %.3f jitter %.3f %.3f; want %s %s %s", name, where, s.Codec, s.ClockRate, s.DeltaMax, s.JitterMean, s.JitterMax, row[9], row[11], row[12])
		}
	}
}

// TestCapturesIdentified prints, by capture, the share of bytes whose application payload shows.
func TestCapturesIdentified(t *testing.T) {
	dir := captures(t)
	paths, _ := filepath.Glob(filepath.Join(dir, "*.*"))
	var total, known, byPort uint64
	sides, right := 0, 0
	type miss struct {
		what  string
		bytes uint64
	}
	var misses []miss
	apps := map[string]uint64{}
	for _, path := range paths {
		if strings.HasSuffix(path, ".tsv") || strings.HasSuffix(path, ".md") {
			continue
		}
		for _, v := range walk(t, New(Options{}), path) {
			if v.s.d != nil {
				t.Fatal("state survived")
			}
			if v.syn && v.client >= 0 {
				sides++
				if v.client == 0 {
					right++
				} else {
					t.Logf("%s: %v is the client of %v, not the server of %s", filepath.Base(path), v.src, v.dst, v.app.Name)
				}
			}
			total += v.bytes
			switch v.app.Evidence {
			case fact.PayloadEvidence:
				known += v.bytes
				apps[v.app.Name] += v.bytes
			case fact.PortEvidence:
				byPort += v.bytes
				misses = append(misses, miss{fmt.Sprintf("%s %s %v %v port:%s", filepath.Base(path), v.proto, v.src, v.dst, v.app.Name), v.bytes})
			default:
				misses = append(misses, miss{fmt.Sprintf("%s %s %v %v", filepath.Base(path), v.proto, v.src, v.dst), v.bytes})
			}
		}
	}
	slices.SortFunc(misses, func(a, b miss) int { return cmp.Compare(b.bytes, a.bytes) })
	for _, m := range misses[:min(len(misses), 60)] {
		t.Logf("not shown by payload: %9d %s", m.bytes, m.what)
	}
	for _, n := range slices.Sorted(maps.Keys(apps)) {
		t.Logf("%-14s %d", n, apps[n])
	}
	t.Logf("%d bytes, %.1f %% by payload, %.1f %% by port", total, 100*float64(known)/float64(total), 100*float64(byPort)/float64(total))
	t.Logf("%d of %d clients by speech are those by handshake", right, sides)
	if float64(right) < 0.995*float64(sides) {
		t.Errorf("%d of %d clients by speech are those by handshake", right, sides)
	}
	if float64(known) < 0.85*float64(total) {
		t.Errorf("payload shows %d of %d bytes", known, total)
	}
}

// ndpiNames says which of our names each of nDPI's stands for, where both know the protocol.
var ndpiNames = map[string]string{
	"TLS": "tls dns-over-tls", "QUIC": "quic dns-over-quic", "HTTP": "http", "DNS": "dns", "DoH_DoT": "tls dns-over-tls dns-over-quic quic http2", "STUN": "stun rtp dtls", "BitTorrent": "bittorrent",
	"DTLS": "dtls rtp", "Kerberos": "kerberos", "MsSQL-TDS": "mssql", "MDNS": "mdns", "BACnet": "bacnet", "FIX": "fix", "SSDP": "ssdp",
	"Kafka": "kafka", "COAP": "coap", "NFS": "nfs rpc", "MongoDB": "mongodb", "MQTT": "mqtt", "RMCP": "ipmi", "IEC60870": "iec104", "MGCP": "mgcp rtp",
	"DHCP": "dhcp", "IMAPS": "tls imap", "NAT-PMP": "nat-pmp", "DCERPC": "dcerpc", "CAPWAP": "capwap", "BFD": "bfd", "HSRP": "hsrp", "RTP": "rtp", "RTMP": "rtmp",
	"PTPv2": "ptp", "LDP": "ldp", "IPSec": "ike esp", "Cassandra": "cassandra", "AMQP": "amqp", "WireGuard": "wireguard", "VNC": "vnc", "RDP": "rdp",
	"OpenVPN": "openvpn", "Thrift": "thrift", "TeamViewer": "teamviewer", "Service_Location_Protocol": "slp", "NTP": "ntp", "Nats": "nats", "IEEE-C37118": "c37.118",
	"BGP": "bgp", "sFlow": "sflow", "XDMCP": "xdmcp", "Telnet": "telnet", "Syslog": "syslog", "SSH": "ssh", "SMTPS": "tls smtp", "SMPP": "smpp", "SIP": "sip",
	"SMBv1": "smb netbios-dgm", "SMBv23": "smb", "NetBIOS": "netbios-ns netbios-dgm smb", "RTSP": "rtsp", "RSYNC": "rsync", "PostgreSQL": "postgresql", "Oracle": "oracle", "LDAP": "ldap",
	"Redis": "redis", "MySQL": "mysql", "POP3": "pop3", "POPS": "tls", "SNMP": "snmp", "TFTP": "tftp", "RADIUS": "radius", "SOCKS": "socks", "STOMP": "stomp", "Modbus": "modbus",
	"S7Comm": "s7comm", "S7CommPlus": "s7comm", "EthernetIP": "ethernet-ip", "AFP": "afp", "Diameter": "diameter", "DRDA": "drda", "OpenFlow": "openflow", "NetFlow": "netflow",
	"Whois-DAS": "whois", "SkinnyClientControl": "sccp", "CiscoSkinny": "sccp", "FTP_CONTROL": "ftp", "Zabbix": "zabbix", "HL7": "hl7", "LLMNR": "llmnr", "GTP_C": "gtp", "RTCP": "rtcp",
}

// TestCapturesAgree compares applications with those that nDPI's own test results name, flow by flow.
func TestCapturesAgree(t *testing.T) {
	dir := captures(t)
	type flow struct{ a, b string }
	files := map[string]map[flow]*conv{}
	agree, of, silent, hosts, hostsAgree := 0, 0, 0, 0, 0
	for _, row := range tsv(t, filepath.Join(dir, "groundtruth", "ndpi_flows.tsv")) {
		base, _, _ := strings.Cut(row[6], ".")
		want, ok := ndpiNames[base]
		if !ok || row[8] != "DPI" {
			continue
		}
		if files[row[0]] == nil {
			m := map[flow]*conv{}
			for _, v := range walk(t, New(Options{}), filepath.Join(dir, row[0])) {
				m[flow{v.src.String(), v.dst.String()}] = v
				m[flow{v.dst.String(), v.src.String()}] = v
			}
			files[row[0]] = m
		}
		v := files[row[0]][flow{row[2], row[3]}]
		if v == nil {
			silent++
			continue
		}
		if host := strings.ToLower(row[13]); host != "" && (v.app.Name == "tls" || v.app.Name == "quic" || v.app.Name == "http") && hostname([]byte(host)) {
			hosts++
			if slices.ContainsFunc(v.app.Names, func(n fact.AppName) bool { return n.Name == host }) {
				hostsAgree++
			} else {
				t.Logf("%s %s %s: nDPI says host %s, we %v", row[0], row[2], row[3], host, v.app.Names)
			}
		}
		of++
		if slices.Contains(strings.Fields(want), v.app.Name) {
			agree++
		} else {
			t.Logf("%s %s %s %s: nDPI says %s, we %q by %v", row[0], row[1], row[2], row[3], row[6], v.app.Name, v.app.Evidence)
		}
	}
	t.Logf("%d of %d flows agree (%d not found)", agree, of, silent)
	t.Logf("%d of %d host names agree", hostsAgree, hosts)
	if float64(hostsAgree) < 0.95*float64(hosts) {
		t.Errorf("%d of %d host names agree", hostsAgree, hosts)
	}
	if float64(agree) < 0.95*float64(of) {
		t.Errorf("%d of %d flows agree", agree, of)
	}
}
