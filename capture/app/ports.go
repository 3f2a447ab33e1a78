package app

import (
	"strconv"
	"strings"
)

// registered returns the registered ports of TCP and UDP by what is usually meant by them: the same names as the table of protocols
// where there is one. It is read only if payload decided nothing.
func registered() [2]map[uint16]string {
	return [2]map[uint16]string{parsePorts(tcpPorts), parsePorts(udpPorts)}
}

// parsePorts reads lines of a name and its ports.
func parsePorts(s string) map[uint16]string {
	m := map[uint16]string{}
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		for _, p := range f[min(1, len(f)):] {
			if n, err := strconv.ParseUint(p, 10, 16); err == nil {
				m[uint16(n)] = f[0]
			}
		}
	}
	return m
}

const tcpPorts = `
echo 7
discard 9
daytime 13
chargen 19
ftp-data 20
ftp 21
ssh 22
telnet 23
smtp 25 587
time 37
whois 43
tacacs 49
dns 53
gopher 70
finger 79
http 80 591 3128 8000 8008 8080 8081 8088 8888
kerberos 88 464 749
x400 102
pop2 109
pop3 110
rpc 111
ident 113
nntp 119
epmap 135
netbios 137 139
imap 143
snmp 161
bgp 179
irc 194 6660 6661 6662 6663 6664 6665 6666 6667 6668 6669
ldap 389 3268
slp 427
tls 443 465 563 636 853 989 990 992 993 994 995 3269 5061 5671 6443 6697 8443 8883 9443
smb 445
rexec 512
rlogin 513
rsh 514
lpd 515
ncp 524
afp 548
rtsp 554 8554
ipp 631
ldp 646
msdp 639
rsync 873
socks 1080
openvpn 1194
mssql 1433
oracle 1521 1522 1526 2483
pptp 1723
mqtt 1883
rtmp 1935
nfs 2049
sccp 2000
zookeeper 2181
etcd 2379 2380
iscsi 860 3260
mysql 3306
rdp 3389
diameter 3868
svn 3690
epmd 4369
sip 5060
postgresql 5432
xmpp 5222 5223 5269
amqp 5672
couchdb 5984
vnc 5900 5901 5902 5903
winrm 5985 5986
x11 6000 6001 6002 6003
redis 6379
openflow 6633 6653
bittorrent 6881 6882 6883 6884 6885 6886 6887 6888 6889
ajp 8009
cassandra 9042 7000 7001
kafka 9092
jetdirect 9100
elasticsearch 9200 9300
git 9418
zabbix 10050 10051
memcached 11211
mongodb 27017 27018 27019
dnp3 20000
modbus 502
s7comm 102
ethernet-ip 44818
iec104 2404
h323 1720
mgcp 2427
drda 446 50000
nats 4222
stomp 61613
munin 4949
bacnet 47808
citrix 1494 2598
teamviewer 5938
smpp 2775
whois 4321
nntp 433
puppet 8140
salt 4505 4506
consul 8300 8301 8500
vault 8200
prometheus 9090
syslog 601
coap 5683
ndmp 10000
nbd 10809
ibm-mq 1414
msmq 1801
openwire 61616
java-rmi 1099
bolt 7687
firebird 3050
dicom 104 11112
nvme-tcp 4420
nrpe 5666
ads 48898
doip 13400
hadoop-rpc 8020
ceph 6789 3300
checkmk 6556
`

const udpPorts = `
echo 7
discard 9
daytime 13
chargen 19
time 37
tacacs 49
dns 53
dhcp 67 68
tftp 69
kerberos 88 464
rpc 111
ntp 123
netbios-ns 137
netbios-dgm 138
snmp 161 162
xdmcp 177
ldap 389
slp 427
quic 443 853
ike 500 4500
syslog 514
rip 520 521
ldp 646
dhcpv6 546 547
ipmi 623
openvpn 1194
l2f 1701
radius 1645 1646 1812 1813
ssdp 1900
hsrp 1985 2029
sccp 2000
nfs 2049
netflow 2055 4739 9555 9995 9996
gtp 2123 2152 3386
wireguard 51820
ws-discovery 3702
vxlan 4789 8472
geneve 6081
nat-pmp 5350 5351
mdns 5353
llmnr 5355
sip 5060
stun 3478 3479 5349
coap 5683 5684
sflow 6343
bfd 3784 3785 4784
capwap 5246 5247
glbp 3222
lwapp 12222 12223
ptp 319 320
dnp3 20000
bacnet 47808
ethernet-ip 2222 44818
teredo 3544
mgcp 2427 2727
h323 1719
collectd 25826
quake 27960
bittorrent 6881 6882 6883 6884 6885 6886 6887 6888 6889
memcached 11211
pfcp 8805
megaco 2944 2945
iax2 4569
ssrp 1434
rdp 3389
wccp 2048
lisp 4341 4342
knxnet-ip 3671
fins 9600
hart-ip 5094
afs 7000 7001 7002 7003
some-ip 30490
rtps 7400 7401 7410 7411
doip 13400
statsd 8125
sap 9875
mndp 5678
rtp 5004
rtcp 5005
`
