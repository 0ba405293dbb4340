import TroupeCommands

TroupeCommand.main(environments: [FaultyCartPole.self])
