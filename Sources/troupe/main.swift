import TroupeCommands

TroupeCommand.main(environments: [])
