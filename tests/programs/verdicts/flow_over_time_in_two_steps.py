# the flow to the speed of the step before is divided by the drag; the first of the two lines that bind it is right
# exit 1 · accused: line 26 · explained
# says: through
# %% setup
import torch
start = torch.randn(4, generator=torch.Generator().manual_seed(65))
# %% parameters
spring = torch.rand(1)
drag = torch.rand(1) + 0.5
# %% forward
place, speed = start, torch.zeros(4)
places, speeds = [place], [speed]
for n in range(3):
    speed = speed + 0.1 * (-spring * place - drag * speed)
    place = place + 0.1 * speed
    places.append(place)
    speeds.append(speed)
loss = (place**2).sum()
# %% backward
to_place, to_speed = 2 * place, torch.zeros(4)
dspring, ddrag = torch.zeros(1), torch.zeros(1)
for n in reversed(range(3)):
    to_speed = to_speed + 0.1 * to_place
    dspring -= 0.1 * (to_speed * places[n]).sum()
    ddrag -= 0.1 * (to_speed * speeds[n]).sum()
    to_place, to_speed = to_place - 0.1 * to_speed * spring, to_speed - 0.1 * to_speed / drag
# %% update
spring = spring - 0.1 * dspring
drag = drag - 0.1 * ddrag
