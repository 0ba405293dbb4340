import TroupeCommands

TroupeCommand.main()
