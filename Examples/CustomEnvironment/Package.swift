// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "custom-environment",
  dependencies: [.package(name: "troupe", path: "../..")],
  targets: [
    .executableTarget(
      name: "corridor",
      dependencies: [
        .product(name: "RL", package: "troupe"),
        .product(name: "TroupeCommands", package: "troupe"),
      ])
  ]
)
