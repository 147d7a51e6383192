// Package testserver is a reference server for the token APIs of InfluxDB: it
// answers as InfluxDB OSS v2 and as InfluxDB 3, Core and Enterprise, do, byte for
// byte, in process or as the program influxdb-testserver, with faults on demand and
// on a clock that a test can move.
//
//	func TestRotation(t *testing.T) {
//		srv := testserver.Run(t)                        // free ports of 127.0.0.1, closed with the test
//		operator := srv.BootstrapV3()                   // the back door: no HTTP, no permission checks
//		srv.Inject(testserver.LostReply("POST /api/v3/configure/token/named_admin"))
//		err := rotate(srv.V3URL(), operator.Token)      // the code under test
//		if err == nil || len(srv.V3Tokens()) != 2 {     // the token was made, and its reply got lost
//			t.Errorf("error %v, requests %v", err, srv.Requests())
//		}
//	}
//
// # Faces
//
// One server has three faces, each of which may listen or serve as a plain
// http.Handler: [Server.V2] is the API of InfluxDB OSS v2, [Server.V3] the main
// listener of InfluxDB 3, [Server.V3Recovery] its listener for the recovery of the
// operator token, which closes after one success. The products share nothing but
// the process: a token of one says nothing to the other. A new server is a fresh
// one: InfluxDB v2 waits for its setup, InfluxDB 3 has no operator token.
//
// [Run] starts all three for a test. [New] makes a server that does not listen;
// [Server.Start] makes it listen where [Listen] says, [Server.Close] ends it at
// once and [Server.Shutdown] gracefully. A Server is itself a handler, of the face
// of [WithFace].
//
// # What is real: InfluxDB OSS v2
//
// Releases 2.7, 2.9 and 2.10 (the default), as 2.7.12, 2.9.1 and 2.10.0, by
// [WithV2Version]:
//
//   - setup with all its faults, authorizations, users, passwords
//     ([WithV2StrongPasswords]), sessions (signin, signout, cookie), me,
//     organizations and buckets with their members and owners, resources, the list
//     of links at /api/v2, and /api/v2/config for operators;
//   - v1-compatible authorizations at /private/legacy/authorizations, whose user name
//     and password count on the 1.x path /write;
//   - /api/v2/write and the 1.x path /write, as the proof of what a token may do:
//     the points are checked for the permission and thrown away;
//   - /health, /ready, /ping, /metrics (without metrics) and CORS;
//   - headers, the layout of bodies, the texts of errors, the order of checks, the
//     permission model with its quirks, what becomes of the tokens of deleted or
//     inactive users and of deleted organizations, and inactive tokens;
//   - tokens kept as hashes, which is the default from 2.9 on, or readable
//     ([WithV2HashedTokens]), also one after the other on the same data;
//   - the start of 2.10, which answers 503 for a while, but not on /health, and of
//     2.7 and 2.9, which do not answer at all ([WithV2Starting], [Server.SetV2Ready]).
//
// The times of authorizations carry the zone of the clock's location, as the real
// server's carry that of its machine.
//
// # What is real: InfluxDB 3
//
// Releases 3.6 to 3.11 (3.10 is the default), by [WithV3Version], with what changed
// between them. Core and Enterprise:
//
//   - the operator token and named admin tokens, their regeneration, deletion and
//     expiry, and the recovery listener;
//   - query_sql by GET and POST, with parameters, in the formats json, json_lines,
//     csv, pretty and parquet, over the table system.tokens: SELECT with columns,
//     aliases, literals, now(), DISTINCT, count, min and max, WHERE with
//     comparisons, LIKE, IN, BETWEEN, IS, AND, OR and NOT, ORDER BY, LIMIT and
//     OFFSET. Any other SQL is an error, never a wrong result;
//   - databases (create, list, delete), which the permissions of tokens name, and
//     [WithV3Databases];
//   - /health, /ping, /metrics (without metrics), CORS, body limits
//     ([WithV3MaxRequestSize]), gzip, JSON errors down to line and column, HTTP/2;
//   - [WithV3WithoutAuth], [WithV3DisableAuthz], [WithV3AdminTokenFile].
//
// Enterprise, by [WithV3Edition]: resource tokens with their permissions and what
// these open, /ready (3.10 and later), [WithV3PermissionTokensFile], and the paths
// for the operator token that older documentation has ([WithV3LegacyOperatorPath]).
// The server of Enterprise is not public, so this is only inferred from its public
// parts and from documentation: the status 500 for a new token with a permission that
// is not valid (the documentation says 400), the form in which system.tokens prints permissions, 403
// on every path that no permission opens, which permissions the database routes
// take, and the body of /ready.
//
// # What is left out
//
// A path that is left out answers as one that the product does not know.
//
// InfluxDB v2, all versions: queries (Flux and InfluxQL), tasks, dashboards, cells,
// views, labels, variables, telegrafs, scrapers, sources, secrets, checks,
// notification rules and endpoints, documents, notebooks, annotations, remotes,
// replications, stacks and templates, DBRP mappings, delete, backup and restore,
// /debug, the web UI and swagger.json; the limits of the hardening mode; InfluxDB
// Cloud.
//
// InfluxDB 3, all versions: writing, InfluxQL, Flight, tables, caches, plugins,
// retention periods (Enterprise has the route, which answers 403), and every table
// but system.tokens; of Enterprise also users, roles, JSON web tokens, nodes,
// licenses and replication. A deleted database stays in the catalog forever. The text
// of an SQL error is that of the query engine as far as it was tried.
//
// This server follows contracts, which were observed on real servers of v2 and read
// in the source of InfluxDB 3 and, for v1-compatible authorizations, of v2; they stand
// in the folder contract. Package conformance has cases for their statements, and puts
// real servers through them too: make conformance V2_URL=… V3_URL=…. That was done
// with the server of InfluxData's public Go module of v2 (2.7.12 and 2.10.0, without
// Flux and the web interface), where every case holds that can be run there; InfluxDB
// 3 was not compared with a real server yet.
//
// # Requests and faults
//
// [Server.Requests] is the journal: every request with its route, its caller and
// what became of it. Its header is without credentials, but a body, a query and the
// header of a reply may hold one. [WithJournalLimit] bounds it. A request without a
// route is answered as the real server would, and has an empty Op; a server that
// [Run] started fails its test then, unless a fault answered or [AllowUnknownRoutes]
// is given.
//
// A [Fault] makes requests go wrong, by route, from the n-th on and n times: a
// status, headers, a body, a delay, a reply that is cut off or that never comes,
// before or after the work was done. [LostReply], [Garbage], [WrongHash] and
// [Redirect] are the usual ones; Before changes the world in mid-apply, and Rewrite
// the real reply. [Server.Inject] takes them from Go, [WithFaults] from the start,
// and [ParseFaults] reads them from JSON. A fault that can never happen, such as one
// for a misspelt route, is refused: Inject panics.
//
//	[{"op": "POST /api/v2/authorizations", "skip": 1, "times": 1, "after_run": true, "drop": true}]
//
// # The back door
//
// Methods of Server do what the API cannot, or not at that moment: [Server.SetupV2],
// [Server.CreateV2Authorization], [Server.DeleteV2User], [Server.BootstrapV3],
// [Server.DeleteV3Token], [Server.ReplaceV3Cluster] and their like change the world
// behind the client's back; [Server.V2Authorizations], [Server.V3Tokens] and others
// say what is there. [Server.IssuedSecrets] is what a test looks for in its logs.
//
// # State, time and chance
//
// Everything is in memory, or, with [WithDataFile], in a file that survives even
// SIGKILL; secrets are in it as hashes only, apart from those that InfluxDB v2
// without hashing has to show again. To restart a server at its address, keep the
// address, Close, call New with the same file, and Start with Listen{V3: address}.
//
// Time comes from [WithClock] alone, such as a [FakeClock]; only [Fault].Delay waits
// on the wall clock. Secrets and random IDs come from the operating system, or from
// [WithSeed]; the IDs of InfluxDB v2's users and authorizations, and of all InfluxDB
// 3 tokens, count up. [WithTLS] and [WithSelfSignedTLS] serve HTTPS.
//
// # The program
//
//	go build ./testserver/cmd/influxdb-testserver
//	./influxdb-testserver --v2-listen 127.0.0.1:8086 --v3-listen 127.0.0.1:0
//
// It listens where an address is given, on loopback unless told otherwise, and then
// writes one line with the URLs to standard output: {"v2_url":…,"v3_url":…}, or text
// with --ready-format text. Its log, on standard error, holds no token. SIGINT and
// SIGTERM end it with exit code 0; a bad flag or file ends it with 2, a port that is
// taken and other failures with 1. Every option that is not for Go alone has a flag,
// such as --v3-version, --data, --tls-self-signed or --faults FILE, and every such
// flag an environment variable, such as INFLUXDB_TESTSERVER_V3_VERSION; --help lists
// them all, with examples. --admin-listen opens the endpoint of [Server.Admin],
// through which other programs list the routes, inject faults, read the journal and
// move the clock.
package testserver
