// Package testserver is a reference server for the token APIs of InfluxDB: what
// the real servers do on the wire, in process, on a clock that a test can move.
//
//	srv := testserver.Run(t)                       // three faces on 127.0.0.1, closed with the test
//	operator := srv.BootstrapV3()                  // the back door: no HTTP, no permission checks
//	undo := srv.Inject(testserver.Fault{           // the next create makes its token and loses the reply
//		Op: "POST /api/v3/configure/token/named_admin", Times: 1, AfterRun: true, Drop: true,
//	})
//	srv.Requests()                                 // the journal
//
// # Faces
//
// One server has three faces, each of which may listen or serve as a plain
// handler: [Server.V2] is the v2 API of InfluxDB OSS, [Server.V3] the main
// listener of InfluxDB 3, [Server.V3Recovery] its listener for the recovery of
// the operator token. The two products share nothing but the process: a token of
// one says nothing to the other.
//
// # What is real
//
// InfluxDB OSS 2.7, 2.9 and 2.10 (as 2.7.12, 2.9.1 and 2.10.0; see
// [WithV2Version]): setup, authorizations, users, passwords, sessions,
// organizations with their members and owners, buckets, /api/v2/me,
// /api/v2/resources, /api/v2/write as the proof of what a token may do, /health,
// /ready, /ping. Bodies, headers, error texts, the order of checks, the
// permission model with its quirks, and hashed and unhashed tokens follow what
// those releases were seen to do.
//
// InfluxDB 3 Core 3.6 to 3.11 (see [WithV3Version]): the operator token and named
// admin tokens, their regeneration and deletion, expiry, the table system.tokens
// through query_sql, the recovery listener, and the endpoints around them.
//
// # What is left out
//
// For InfluxDB v2: what is not named above. Paths that the real servers have and
// this one does not answer 501 with the code "not implemented"; among them are
// tasks, dashboards, labels, telegrafs, checks, notifications, secrets, members
// and owners of buckets, query, delete, backup and restore, config, the 1.x
// paths /query and /write, and /debug. Written points are thrown away unread.
// Strong passwords, the limits of the hardening mode, InfluxDB Cloud and a
// server that is still starting are left out as well. Every other path answers
// with the page of the web UI, as there.
//
// For InfluxDB 3: databases, written data, and SQL beyond system.tokens;
// Enterprise and its resource tokens; TLS, HTTP/2 and gRPC.
//
// Neither product keeps anything beyond the process.
//
// # Unknown routes
//
// A request without a route is answered as the real server would, or with 501,
// and is journaled with an empty Op. A server that [Run] started fails its test
// then, unless a fault answered or [AllowUnknownRoutes] is given.
//
// # Time and chance
//
// Time comes from [WithClock] alone; only [Fault].Delay waits on the wall clock.
// Secrets and random IDs come from the operating system, or from [WithSeed]; the
// IDs of InfluxDB v2's users and authorizations, and of all InfluxDB 3 tokens,
// count up.
package testserver
