import Cluster
import Testing

@Suite struct HostsFileTests {
  @Test(
    "what is wrong in a hosts file is told with its line",
    arguments: [
      ("hosts: [a]\n", "hosts.yaml: connect is missing: the learner's address, tcp://HOST:PORT"),
      ("connect: tcp://l:1\n", "hosts.yaml: hosts is not a list of hosts, one at least"),
      ("connect: tcp://l:1\nhosts: []\n", "line 2: hosts is not a list"),
      ("connect: tcp://l:1\nhost: [a]\n", "line 2: unknown key host; did you mean hosts?"),
      ("connect: tcp://l:1\nhosts:\n  - '-oProxyCommand=x'\n", "line 3: expected a host as ssh"),
      ("connect: tcp://l:1\nhosts:\n  - a\n  - a\n", "line 4: a is there twice"),
      ("connect: tcp://l:1\nhosts:\n  - host: a\n    actors: many\n", "line 4: actors is many"),
      ("connect: tcp://l:1\nhosts: [a]\n", "line 1: a has no keys; run troupe keygen keys once"),
      ("connect: ipc:///x\nhosts: [a]\n", "line 1: connect is ipc:///x"),
      ("connect: tcp://l:1\ndirectory: ../x\nhosts: [a]\n", "line 2: directory is ../x"),
      ("connect: tcp://l:1\nssh: [-R, x]\nhosts: [a]\n", "line 2: ssh is -R x, but must be pairs"),
      ("connect: tcp://l:1\ninsecure: maybe\nhosts: [a]\n", "line 2: insecure is maybe"),
      ("connect: [\n", "hosts.yaml, line "),
      ("- a\n", "line 1: expected lines of the form key: value"),
    ])
  func wrong(text: String, problem: String) throws {
    let place = try Workplace()
    let path = try place.file("hosts.yaml", text)
    let outcome = place.troupe("launch", path, "status")
    #expect(outcome.code == 65)
    #expect(outcome.error.contains(problem), "\(outcome.error)")
  }

  @Test("numbers out of range and unknown actions are usage errors")
  func usage() throws {
    let place = try Workplace()
    let path = try place.file("hosts.yaml", "connect: tcp://l:1\ninsecure: true\nhosts: [a]\n")
    #expect(place.troupe("launch", path, "--actors", "-1").code == 64)
    #expect(place.troupe("launch", path, "go").code == 64)
    #expect(place.troupe("launch", "\(place.path)/none.yaml").code == 65)
  }

  @Test("keys that are not there are missed before anything is copied")
  func keys() throws {
    let place = try Workplace()
    let path = try place.file(
      "hosts.yaml", "connect: tcp://l:1\nkeys: keys\nhosts: [127.0.0.1]\n")
    let outcome = place.troupe("launch", path)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("there is no key \(place.path)/keys/actor.secret"))
  }
}
