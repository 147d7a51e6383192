// Package conformance holds the cases that say what a server with the token APIs
// of InfluxDB answers, byte for byte, and the runner that puts a server through
// them: the reference server of package testserver, or a real InfluxDB.
//
// # A case file
//
// The cases are text, in cases/v2 and cases/v3. A file holds any number of them:
//
//	=== authorizations/delete/twice
//	contract: §4 DELETE, case 49
//	on: 2.9+
//	needs: fixture
//
//	--> POST /api/v2/authorizations
//	Content-Type: application/json
//
//	{"orgID":"${ORG}","permissions":[{"action":"read","resource":{"type":"buckets"}}]}
//	<-- 201
//
//	${:any}"id": "${ID:id}"${:any}
//	--> DELETE /api/v2/authorizations/${ID}
//	<-- 204
//	!Content-Type
//
//	--> DELETE /api/v2/authorizations/${ID}
//	<-- 404
//	X-Platform-Error-Code: not found
//
//	{
//		"code": "not found",
//		"message": "authorization not found"
//	}
//
// The head names the case and says:
//
//   - contract: the place in the contract (testserver/contract) that the case is
//     about; required.
//   - on: the versions that it holds for, such as "2.7", "2.9+" or "3.7-3.9 3.11";
//     without it, all of the product.
//   - needs: fixture (the default; see below), blank (a server that nobody set up,
//     which the case leaves so), own (a fixture that no other case sees, because
//     the case damages or counts what is there), own-blank, or last (after all
//     others, because the server is not the same afterwards).
//   - options: how the server must have been started; see [Options].
//   - keeps: variables of the fixture that the case replaces, such as OP.
//   - foreign: no, and why the case cannot be run on a foreign server.
//
// A step is a request, "-->" with method, path, header lines, and after an empty
// line the body; and its reply, "<--" with the status code, the header lines that
// must be there ("!Name" for one that must not), and after an empty line the whole
// body. A reply without an empty line says nothing about the body; an empty line
// with nothing behind it says that the body is empty. Newlines at the end of a
// body do not count as part of it; ${nl} is one that does. Several replies in a
// row, each with a condition such as "<-- 401 [3.8+]" or "<-- 200 [hashed]", are
// alternatives, of which the first that holds for the server counts. Instead of a
// status code, "dropped" means a connection that ends without a reply, and
// "refused" one that cannot be made, or that a listener that is closing drops.
//
// A request goes to the main address; "--> recovery POST /path" goes to the
// recovery listener of InfluxDB 3. Where the variable OP is known and the request
// has no Authorization line, the operator's token is sent; an empty Authorization
// line sends none. The line "@gzip" compresses the body. The line "@times 20"
// repeats the step, one after the other.
//
// "~~~ advance 1h" moves the server's clock and "~~~ restart" restarts the server
// on its data; both only where the runner owns the server.
//
// # Variables
//
// In a request, ${NAME} is the value of a variable. ${U} is a text that is
// different in each case, for names on a server that the cases share; ${VERSION}
// is the server's version. Functions: ${base64:text}, ${upper:text},
// ${escape:text} (for a query), ${repeat:text:number}, ${sha512:text} (hexadecimal
// digits), ${first:number:text}, ${shown:text} (the text, or nothing on a server
// that keeps only hashes of tokens), ${nl}, ${sp} (a space that survives the end of
// a line), ${byte:ff} (one byte). Arguments may hold variables.
//
// In a reply, ${NAME:kind} matches what the kind describes and sets the variable,
// or, without a name, only matches; the same name twice must match the same text.
// The kinds are listed at [Kinds]. A line that begins with "@" checks what was
// matched so far: "@equal A B", "@differ A B", "@ascending A B …" (numbers,
// hexadecimal too, or times), "@seconds FROM TO 3600".
//
// # Fixtures
//
// The file fixture.txt of each product holds one case, which the runner puts
// before the others. For InfluxDB v2: the setup as admin with organization acme
// and bucket b0, and the variables OP, ADMIN, ORG, B0; bucket b1 (B1) in acme,
// organization other (ORG2) with bucket ob (B2), user alice (ALICE). For InfluxDB
// 3: the operator token (OP, OPHASH, OPCREATED) and the named admin token "ci"
// (CI, CIID). A case that shares the fixture must leave these as they are.
package conformance
