import Cluster
import Learning
import RL
import Synchronization
import Testing
import TroupeCommands

@Suite struct RunPlanTests {
  @Test("runs are named by environment and seed, and none is overwritten")
  func naming() throws {
    let place = try Workplace()
    let names = (0..<3).map { _ in place.troupe("train", "cartpole").directory }
    let runs = "\(place.path)/runs"
    #expect(
      names == ["\(runs)/cartpole-seed1", "\(runs)/cartpole-seed1-2", "\(runs)/cartpole-seed1-3"])
    #expect(
      place.troupe("train", "corridor", "--seed", "7").directory == "\(runs)/corridor-seed7")
  }

  @Test("the request carries what was asked for")
  func request() throws {
    let place = try Workplace()
    let outcome = place.troupe(
      "train", "cartpole", "--seed", "3", "--actors", "5", "--lanes", "64", "--threads", "2",
      "--updates", "50", "--checkpoint-every", "7", "--checkpoints-kept", "2", "--json",
      "--run-dir", "\(place.path)/mine/", "--log-level", "debug")
    let request = try #require(outcome.train)
    #expect(outcome.directory == "\(place.path)/mine")
    #expect(request.environment.name == "cartpole")
    #expect(request.actors == 5)
    #expect(request.lanes == 64)
    #expect(request.json)
    #expect(!request.bindIsGiven)
    #expect(request.logs.level == .debug)
    let role = request.learner
    #expect(role.run.seed == 3)
    #expect(role.run.learner.baseline == .leaveOneOutPerStep)
    #expect(role.threads == 2)
    #expect(role.goal == RunGoal(updates: 50, untilReturn: nil, evaluateEvery: 5))
    #expect(role.checkpointEvery == 7)
    #expect(role.checkpointsKept == 2)
    #expect(role.runDirectory == "\(place.path)/mine")
    #expect(!role.resume)
  }

  @Test("learner and actor have defaults of their own")
  func otherRoles() throws {
    let place = try Workplace()
    let learner = try #require(place.troupe("learner", "cartpole").learner)
    #expect(learner.learner.bind == "tcp://127.0.0.1:5555")
    #expect(learner.learner.security == .local)
    let actor = try #require(
      place.troupe(
        "actor", "--connect", "tcp://gpu7:5555", "--keys", "mine", "--patience", "90s", "--stay"
      ).actor)
    #expect(actor.role.connect == "tcp://gpu7:5555")
    #expect(actor.role.security == .keys("mine"))
    #expect(actor.role.patience == .seconds(90))
    #expect(actor.role.stay)
    #expect(actor.role.lanes == nil)
    let variable = place.troupe(
      "actor", variables: ["TROUPE_CONNECT": "ipc:///tmp/x", "TROUPE_LANES": "8"])
    #expect(variable.actor?.role.lanes == 8)
    #expect(variable.actor?.role.patience == .seconds(600))
  }

  @Test("a resumed run takes everything from its own configuration")
  func resume() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole", "--discount", "0.9", "--updates", "50")
    _ = place.troupe("train", "cartpole", "--seed", "2")
    _ = place.troupe("train", "corridor")
    let outcome = place.troupe("train", "cartpole", "--resume", "--seed", "1")
    #expect(outcome.directory == "\(place.path)/runs/cartpole-seed1")
    let role = try #require(outcome.train?.learner)
    #expect(role.resume)
    #expect(role.run.learner.discount == 0.9)
    #expect(role.goal.updates == 50)
    #expect(role.goal.untilReturn == nil)
    let named = place.troupe(
      "train", "--resume", "--run-dir", "\(place.path)/runs/corridor-seed1")
    #expect(named.train?.environment.name == "corridor")
  }

  @Test("resume means the run that was worked on last")
  func newest() throws {
    let place = try Workplace()
    let runs = "\(place.path)/runs"
    _ = place.troupe("train", "cartpole")
    _ = place.troupe("train", "cartpole")
    #expect(place.troupe("train", "cartpole", "--resume").directory == "\(runs)/cartpole-seed1-2")
    _ = place.troupe("train", "--resume", "--run-dir", "\(runs)/cartpole-seed1")
    #expect(place.troupe("train", "cartpole", "--resume").directory == "\(runs)/cartpole-seed1")
    #expect(place.troupe("train", "--resume").directory == "\(runs)/cartpole-seed1")
  }

  @Test("a resumed run refuses to become another one, naming the first difference")
  func changed() throws {
    let place = try Workplace()
    let path = "\(place.path)/runs/cartpole-seed1"
    _ = place.troupe("train", "cartpole")
    for (arguments, says) in [
      (["--seed", "2", "--discount", "0.5"], "seed is 2, but the run in \(path) has 1"),
      (["--learning-rate", "0.1"], "learning-rate is 0.1, but the run in \(path) has 0.03"),
      (["--hidden", "none"], "hidden is none, but the run in \(path) has 16"),
      (["--preset", "none", "--baseline", "mean"], "baseline is mean, but the run"),
    ] {
      let outcome = place.run(["train", "--resume", "--run-dir", path] + arguments)
      #expect(outcome.code == 64)
      #expect(outcome.error.contains(says), "\(outcome.error)")
      #expect(outcome.train == nil)
    }
    let other = place.troupe("train", "corridor", "--resume", "--run-dir", path)
    #expect(other.error.contains("environment is corridor, but the run in \(path) has cartpole"))
    let same = place.troupe("train", "cartpole", "--resume", "--run-dir", path, "--seed", "1")
    #expect(same.code == 0, "\(same.error)")
  }

  @Test("a resumed run may have another goal, and records it")
  func goal() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole", "--updates", "50")
    let outcome = place.troupe("train", "cartpole", "--resume", "--updates", "80", "--threads", "1")
    #expect(outcome.train?.learner.goal.updates == 80)
    let again = place.troupe("train", "cartpole", "--resume")
    #expect(again.train?.learner.goal.updates == 80)
    #expect(again.train?.learner.threads == 1)
    #expect(again.train?.learner.run == outcome.train?.learner.run)
  }

  @Test("with nothing to resume a new run begins, and that is said")
  func nothingToResume() throws {
    let place = try Workplace()
    let outcome = place.troupe("train", "cartpole", "--resume")
    #expect(outcome.code == 0)
    #expect(outcome.train?.learner.resume == false)
    #expect(outcome.error == "troupe: warning: there is no run to resume, so a new one begins\n")
    let named = place.troupe("train", "cartpole", "--resume", "--run-dir", "\(place.path)/x")
    #expect(named.train?.learner.resume == false)
    let then = place.troupe("train", "cartpole", "--resume", "--run-dir", "\(place.path)/x")
    #expect(then.train?.learner.resume == true)
    #expect(then.error.isEmpty)
  }

  @Test("a directory that holds a run or anything else is refused as it is")
  func occupied() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole")
    let run = place.troupe("train", "cartpole", "--run-dir", "\(place.path)/runs/cartpole-seed1")
    #expect(run.code == 64)
    #expect(run.error.contains("holds a run already; go on with it by --resume"))
    try OpenFile.makeDirectories("\(place.path)/home")
    _ = try place.file("home/thesis.tex", "x")
    let home = place.troupe("train", "cartpole", "--run-dir", "\(place.path)/home")
    #expect(home.code == 64)
    #expect(home.error.contains("not empty (thesis.tex lies in it)"))
    #expect(try OpenFile.names(in: "\(place.path)/home") == ["thesis.tex"])
    let file = place.troupe("train", "cartpole", "--run-dir", "\(place.path)/home/thesis.tex")
    #expect(file.code == 69)
    #expect(file.error.contains("a part of the path is not a directory"))
  }

  @Test("a run directory in use is refused with exit code 75")
  func inUse() throws {
    let place = try Workplace()
    let path = "\(place.path)/runs/cartpole-seed1"
    let outcomes = Mutex<[Outcome]>([])
    _ = place.troupe(
      "train", "cartpole",
      during: {
        outcomes.withLock {
          $0 = [
            place.troupe("train", "cartpole", "--resume"),
            place.troupe("train", "cartpole", "--run-dir", path),
          ]
        }
      })
    outcomes.withLock { outcomes in
      #expect(outcomes.count == 2)
      for outcome in outcomes {
        #expect(outcome.code == 75)
        #expect(outcome.error.contains("\(path) is in use by process "), "\(outcome.error)")
      }
    }
    #expect(place.troupe("train", "cartpole", "--resume").code == 0)
  }

  @Test("a damaged configuration of a run is refused with its line")
  func damaged() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole")
    _ = try place.file("runs/cartpole-seed1/config.yaml", "environment: cartpole\nseed: x\n")
    let path = "\(place.path)/runs/cartpole-seed1"
    let outcome = place.troupe("train", "--resume", "--run-dir", path)
    #expect(outcome.code == 65)
    #expect(outcome.error.contains("\(path)/config.yaml, line 2: seed is x, but must be"))
  }

  @Test("evaluation finds a run by path or by name, and takes its configuration")
  func evaluation() throws {
    let place = try Workplace()
    _ = place.troupe("train", "cartpole", "--seed", "5")
    for name in ["cartpole-seed5", "\(place.path)/runs/cartpole-seed5"] {
      let outcome = place.troupe("evaluate", name, "--episodes", "7", "--greedy")
      let request = try #require(outcome.evaluation, "\(outcome.error)")
      #expect(request.run.environment == "cartpole")
      #expect(request.episodes == 7)
      #expect(request.greedy)
      #expect(request.seed == 5)
    }
    let seed = place.troupe("evaluate", "cartpole-seed5", "--seed", "8")
    #expect(seed.evaluation?.seed == 8)
    #expect(seed.evaluation?.run.seed == 5)
    let mistyped = place.troupe("evaluate", "\(place.path)/runs/cartpole-sed5")
    #expect(mistyped.error.contains("did you mean \(place.path)/runs/cartpole-seed5?"))
  }

  @Test("print-config changes nothing on disk")
  func printOnly() throws {
    let place = try Workplace()
    #expect(place.troupe("train", "cartpole", "--print-config").code == 0)
    #expect(!place.exists("runs"))
    _ = place.troupe("train", "cartpole", "--discount", "0.8")
    let outcome = place.troupe("train", "cartpole", "--resume", "--print-config")
    #expect(outcome.printed("discount") == "0.8")
    #expect(outcome.train == nil)
  }
}
