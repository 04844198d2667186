"""Running a program: instrumented code, recorder, iteration, session, reference backward, replay."""
