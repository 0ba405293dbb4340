internal import Raster

extension EpisodeFilm {
  /// The episode as an animated GIF of at most `frameLimit` pictures, 25 a second.
  package func gif(frameLimit: Int) -> [UInt8] {
    var gif = AnimatedGIF(
      width: FilmFrame.size.width, height: FilmFrame.size.height, colours: FilmFrame.palette)
    let (painter, frames) = (FilmFrame(self), frames(limit: frameLimit))
    for frame in frames {
      // One has to see how it ended before it begins again.
      gif.append(painter.canvas(at: frame), hundredths: frame == frames.last ? 150 : 4)
    }
    return gif.bytes
  }
}
