// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "own-estimator",
  dependencies: [.package(name: "troupe", path: "../..")],
  targets: [
    .executableTarget(
      name: "estimator",
      dependencies: [
        .product(name: "Environments", package: "troupe"),
        .product(name: "Learning", package: "troupe"),
        .product(name: "Policies", package: "troupe"),
        .product(name: "RL", package: "troupe"),
      ])
  ]
)
